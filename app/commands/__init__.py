"""Commands as data: one file for each part of the work; `app.commands.actions` joins them."""
