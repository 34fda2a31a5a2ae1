"""The layout of the statistics of positions: which row holds what."""

WILD_DAY = 0.15  # a fund's move in a day, by closes, that is counted

DRAWDOWN, BREAK_EVEN, EXIT, STOP_FILL, TARGET_FILL, LAWS = range(6)
LOST, WILD_UP, WILD_DOWN, WILD, STOPPED, REACHED, BOTH, EVENTS = range(8)
INDEX, FUND, FUND_SQUARE, GAP, GAP_SQUARE, FORMULA, EVEN, EVEN_SQUARE, RUINED, CELL_SUMS = range(10)
