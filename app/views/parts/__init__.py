"""Small widgets that other views are made of."""
