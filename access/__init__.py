"""Who somebody is and what was seen: identity, roles, sessions, the access log. Knows no page and no framework."""
