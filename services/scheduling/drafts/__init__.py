"""Programmes that are being worked on: placements, their conflicts, and solves."""
