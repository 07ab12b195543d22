"""Makes what is shipped in ``resources``: fits, trained nets. Measures nothing for the report."""
