"""Where values lie for certain: balls, and power series of balls, where Arb's own methods are not enough.

`analytic` makes series and derivatives of any order from values on a circle; `of_special` has what special functions
need beyond that, and `decimals` writes balls for people.
"""
