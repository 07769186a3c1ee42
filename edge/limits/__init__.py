"""How often somebody may call: by person and by address, in classes of what a call costs."""
