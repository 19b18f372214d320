"""Read the settings of the OpenSSH client, so that hosts need not be typed again."""
