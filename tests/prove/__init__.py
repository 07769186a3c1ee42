"""The convergence campaign: random histories, random schedules, faults, until time is up."""
