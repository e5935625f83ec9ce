"""What the services share: mechanisms, contracts, data owned by nobody. Libraries never import services."""
