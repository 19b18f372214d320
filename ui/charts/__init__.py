"""Charts on the screen; `ui.charts.engine` imports pyqtgraph when the first one is drawn."""
