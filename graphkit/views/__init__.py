"""Charts, pages and reports, out of the templates in ``visualizations/``."""
