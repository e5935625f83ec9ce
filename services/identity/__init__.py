"""Who may do what in which tenant: tenants, accounts, memberships, API clients, tokens."""
