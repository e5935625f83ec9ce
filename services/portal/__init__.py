"""The screens: sign-ins, the workspace composed from the services' APIs, the public pages rendered from facts."""
