"""Groups of commands, thin over content, exports and services; few need the database."""
