"""Identity providers that organisations bring: registered, tried, switched on by their technical contacts."""
