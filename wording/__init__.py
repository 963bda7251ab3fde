"""Numbers of the registry in the bureau's Chinese: what pages, the wall and documents say alike."""
