"""The languages of the platform: texts of screens and of content, dates, ordinals, and how words are searched."""
