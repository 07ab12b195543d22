"""From a score surface to a posterior over offsets: drift models, a pair's usual drift."""
