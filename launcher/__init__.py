"""Starts what runs: one process of Slackwater, or all of it on this machine."""
