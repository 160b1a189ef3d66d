"""What people look at: terminal tables, CSV, JSON, the HTML page."""
