"""How the parts stand together outside Python. The gateway's configuration is shared by all."""
