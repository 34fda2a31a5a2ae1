"""What people and machines see: tables, JSON, figures, files."""
