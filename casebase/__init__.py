"""The case database: tables, engines, working days, loading, and the demonstration city."""
