"""How Sphinx builds the pages: ``make docs``."""

project = "diffcheck"
copyright = "the authors of diffcheck"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "diffcheck"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_show_copyright = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 100
napoleon_google_docstring = False
