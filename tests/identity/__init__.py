"""Who may do what in which tenant."""
