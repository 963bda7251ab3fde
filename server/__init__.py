"""The server around pages and wall: what it refuses, what every answer carries, and how it logs."""
