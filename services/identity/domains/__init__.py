"""Mail domains: claimed by organisations, proven by a record in the domain or a letter to who keeps it."""
