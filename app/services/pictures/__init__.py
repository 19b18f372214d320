"""What charts are drawn from: frozen samples and verdicts, put together for screen and paper."""
