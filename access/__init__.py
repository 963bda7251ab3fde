"""Who somebody is: identity and roles, what a sign-in gives, sessions and their end. Knows no page and no framework."""
