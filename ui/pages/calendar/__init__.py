"""The calendar: day, week, month and Gantt, windows and freezes, moving a change by dragging."""
