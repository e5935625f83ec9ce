"""Changes to drafts: by hand (placing), and by the solver (solving)."""
