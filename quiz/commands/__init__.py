"""Groups of commands, thin over content and exports. They touch no database."""
