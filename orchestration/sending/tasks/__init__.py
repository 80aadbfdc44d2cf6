"""The morning list as people work by it: a sheet for each store and a page for each member's phone."""
