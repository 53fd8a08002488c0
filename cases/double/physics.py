"""Formulas of physics, chemistry and engineering, each with the quantities that one differentiates by.

Mechanics, waves and light, heat and matter, electricity, reactions, flow, finance: a formula stands as in the book,
in units in which its numbers are neither huge nor tiny, and its constants are the numbers that the book gives.
Some are written in the form that loses digits at one end of the domain, as books do; then the docstring says where.
"""

from diffcheck import case, interval
from diffcheck.ops import (
    asin,
    atan,
    cos,
    exp,
    expm1,
    log,
    log1p,
    log10,
    mathieu_a,
    mathieu_b,
    mathieu_ce,
    ndtr,
    pi,
    pro_ang1_s,
    sin,
    sqrt,
    stack,
    tan,
    tanh,
)

# Mechanics.


@case(v=interval(0, 0.999), reference="Einstein 1905; Feynman 1963, I-15")
def lorentz_factor(v):
    """1 / sqrt(1 - v^2), the speed in units of that of light."""
    return 1 / sqrt(1 - v**2)


@case(p=interval(0, 1e3), m=interval(0.1, 10), reference="Einstein 1905; Feynman 1963, I-16")
def relativistic_energy(p, m):
    """sqrt(p^2 + m^2), momentum and mass in units in which light has speed one."""
    return sqrt(p**2 + m**2)


@case(v=interval(1e-6, 0.9, scale="log"), reference="Feynman 1963, I-15")
def kinetic_energy(v):
    """(1 / sqrt(1 - v^2) - 1): at low speeds the rest energy cancels in the value, not in the slope."""
    return 1 / sqrt(1 - v**2) - 1


@case(u=interval(-0.99, 0.99), v=interval(-0.99, 0.99), reference="Einstein 1905, section 5")
def sum_of_velocities(u, v):
    """(u + v) / (1 + u v), in units of the speed of light."""
    return (u + v) / (1 + u * v)


@case(E=interval(0, 6.28), eccentricity=interval(0, 0.99), M=1.0, reference="Kepler 1609; Goldstein 1980, 3-8")
def kepler_equation(E, eccentricity, M):
    """E - e sin(E) - M: what an orbit's eccentric anomaly makes zero."""
    return E - eccentricity * sin(E) - M


@case(E=interval(-3, 3), eccentricity=interval(0, 0.9), reference="Goldstein 1980, 3-8")
def true_anomaly(E, eccentricity):
    """2 atan(sqrt((1 + e) / (1 - e)) tan(E / 2))."""
    return 2 * atan(sqrt((1 + eccentricity) / (1 - eccentricity)) * tan(E / 2))


@case(q=interval(0, 0.9), reference="Paul 1990; DLMF 28.33(iii)")
def ion_trap_stability(q):
    """a_0(q) and b_1(q): the constant part of a field that holds an ion beside the alternating part q lies between."""
    return stack([mathieu_a(0, q), mathieu_b(1, q)])


@case(angle=interval(0, 360), q=4.0, reference="Condon 1928")
def quantum_pendulum(angle, q):
    """The wave ce_2 of half the angle, of the second even level in the potential (q / 2) cos(angle)."""
    return mathieu_ce(2, q, angle / 2)


@case(t=interval(-0.99, 0.99), c=4.0, reference="Slepian & Pollak 1961")
def slepian_window(t, c):
    """The function of frequencies up to c that is most concentrated between -1 and 1."""
    return pro_ang1_s(0, 0, c, t)


@case(amplitude=interval(0, 1.5), length=interval(0.1, 10), g=9.80665, reference="Landau & Lifshitz 1976, section 11")
def pendulum_period(amplitude, length, g):
    """2 pi sqrt(l / g) (1 + a^2/16 + 11 a^4/3072), a the amplitude."""
    return 2 * pi * sqrt(length / g) * (1 + amplitude**2 / 16 + 11 * amplitude**4 / 3072)


@case(angle=interval(0.1, 1.5), speed=interval(1, 100), g=9.80665, reference="Galilei 1638")
def range_of_a_throw(angle, speed, g):
    """v^2 sin(2 angle) / g, which is largest at an eighth of a turn."""
    return speed**2 * sin(2 * angle) / g


@case(t=interval(0.01, 20), drag=interval(0.01, 2), g=9.80665, reference="Timmerman & van der Weele 1999")
def fall_with_drag(t, drag, g):
    """How far a body has fallen whose drag is as its speed: g (t - (1 - e^(-kt)) / k) / k."""
    return g * (t + expm1(-drag * t) / drag) / drag


@case(t=interval(0.01, 10), k=interval(0.01, 1), g=9.80665, reference="Timmerman & van der Weele 1999")
def fall_with_quadratic_drag(t, k, g):
    """The speed sqrt(g / k) tanh(sqrt(g k) t) of a body whose drag is as the square of its speed."""
    return sqrt(g / k) * tanh(sqrt(g * k) * t)


@case(exhaust=interval(1, 5), full=interval(2, 20), empty=interval(0.5, 1), reference="Tsiolkovsky 1903")
def rocket_equation(exhaust, full, empty):
    """v ln(m0 / m1)."""
    return exhaust * log(full / empty)


@case(w=interval(0.5, 2), damping=interval(0.01, 1), operators=["gradient", "hessian"], reference="Feynman 1963, I-23")
def resonance(w, damping):
    """1 / sqrt((1 - w^2)^2 + (2 zeta w)^2): how far a driven oscillator swings."""
    return 1 / sqrt((1 - w**2) ** 2 + (2 * damping * w) ** 2)


# Atoms and their forces.


@case(
    r=interval(0.9, 4),
    points=[{"r": 2 ** (1 / 6)}],
    operators=["derivative", "hessian"],
    reference="Lennard-Jones 1931",
)
def lennard_jones(r):
    """4 (r^-12 - r^-6): the force is zero at 2^(1/6)."""
    return 4 * (r**-12 - r**-6)


@case(
    r=interval(0.3, 5),
    depth=4.75,
    width=1.94,
    r0=0.741,
    points=[{"r": 0.741}],
    operators=["derivative", "hessian"],
    reference="Morse 1929",
)
def morse(r, depth, width, r0):
    """D (1 - e^(-a (r - r0)))^2, with the numbers of hydrogen in electron volts and angstroms."""
    return depth * (1 - exp(-width * (r - r0))) ** 2


@case(r=interval(0.5, 6), reference="Buckingham 1938")
def buckingham(r):
    """A e^(-B r) - C / r^6."""
    return 1000 * exp(-3.5 * r) - 30 / r**6


@case(r=interval(0.1, 10), length=interval(0.5, 5), reference="Yukawa 1935")
def yukawa(r, length):
    """-e^(-r/L) / r: a force of finite reach."""
    return -exp(-r / length) / r


@case(
    positions=interval(-2, 2, shape=(3, 3)), where=lambda positions: _apart(positions), reference="Lennard-Jones 1931"
)
def three_argon_atoms(positions):
    """The Lennard-Jones energy of three atoms; minus its gradient is the forces."""
    energy = 0.0
    for i, j in ((0, 1), (0, 2), (1, 2)):
        across = positions[i] - positions[j]
        inverse = 1 / (across[0] ** 2 + across[1] ** 2 + across[2] ** 2)
        energy = energy + 4 * (inverse**6 - inverse**3)
    return energy


def _apart(positions):
    """Whether no two atoms are nearer than 0.8."""
    return all(((positions[i] - positions[j]) ** 2).sum() > 0.64 for i, j in ((0, 1), (0, 2), (1, 2)))


@case(energy=interval(0.01, 10), angle=interval(0, 3.14), reference="Compton 1923")
def compton_scattering(energy, angle):
    """The energy of a scattered photon, in units of the rest energy of an electron."""
    return energy / (1 + energy * (1 - cos(angle)))


# Waves and light.


@case(x=interval(0.01, 30), points=[{"x": 2.8214393721}], reference="Planck 1901")
def planck_law(x):
    """x^3 / (e^x - 1), frequency in units of kT/h; the slope is zero at Wien's 2.82."""
    return x**3 / expm1(x)


@case(wavelength=interval(0.2, 20), temperature=interval(300, 6000), reference="Planck 1901")
def planck_by_wavelength(wavelength, temperature):
    """Radiance by micrometres and kelvins: c1 / L^5 / (e^(c2 / (L T)) - 1); c2 is 14387.77 micrometres kelvin."""
    return 1.191043e8 / wavelength**5 / expm1(14387.77 / (wavelength * temperature))


@case(temperature=interval(100, 6000), emissivity=interval(0.1, 1), reference="Stefan 1879; Boltzmann 1884")
def black_body(temperature, emissivity):
    """eps sigma T^4, T in kelvins."""
    return emissivity * 5.670374419e-8 * temperature**4


@case(angle=interval(0, 1.5), n=interval(1.1, 2.5), reference="Fresnel 1823; Hecht 2002, 4.6")
def fresnel_equations(angle, n):
    """How much light a surface throws back, across and along the plane: zero along it at Brewster's angle."""
    inside = sqrt(1 - (sin(angle) / n) ** 2)
    across = (cos(angle) - n * inside) / (cos(angle) + n * inside)
    along = (n * cos(angle) - inside) / (n * cos(angle) + inside)
    return stack([across**2, along**2])


@case(angle=interval(0, 0.7), n=interval(1.1, 1.5), reference="Snell 1621; Hecht 2002, 4.4")
def snell_refraction(angle, n):
    """asin(n sin(angle)): out of glass into air, short of total reflection at n = 1.5."""
    return asin(n * sin(angle))


@case(n=interval(1.3, 2), r1=interval(1, 10), r2=interval(-10, -1), d=0.5, reference="Hecht 2002, 6.1")
def lens_maker(n, r1, r2, d):
    """(n - 1) (1/R1 - 1/R2 + (n - 1) d / (n R1 R2)): the power of a thick lens."""
    return (n - 1) * (1 / r1 - 1 / r2 + (n - 1) * d / (n * r1 * r2))


@case(x=interval(0.1, 10), slits=5, reference="Hecht 2002, 10.2")
def grating(x, slits):
    """(sin(N x) / sin(x))^2: what N slits add up to; where sin(x) is small a quotient of zeroes."""
    return (sin(slits * x) / sin(x)) ** 2


@case(speed=interval(-0.99, 0.99), reference="Einstein 1905, section 7")
def doppler_shift(speed):
    """sqrt((1 + v) / (1 - v)): the frequency of a source that comes nearer at speed v, over what it sends."""
    return sqrt((1 + speed) / (1 - speed))


@case(depth=interval(0.01, 100), k=interval(0.01, 10), g=9.80665, reference="Airy 1841; Lamb 1932, 229")
def water_waves(depth, k, g):
    """sqrt(g k tanh(k h)): frequency by depth and wave number."""
    return sqrt(g * k * tanh(k * depth))


# Heat and matter.


@case(
    V=interval(0.5, 10),
    T=interval(0.5, 3),
    points=[{"V": 1.0, "T": 1.0}],
    operators=["gradient", "hessian"],
    reference="van der Waals 1873; Callen 1985, 3-5",
)
def van_der_waals(V, T):
    """Pressure 8T / (3V - 1) - 3 / V^2 in critical units: slope and curvature in V vanish at (1, 1)."""
    return 8 * T / (3 * V - 1) - 3 / V**2


@case(V=interval(0.1, 10), T=interval(200, 600), reference="Redlich & Kwong 1949")
def redlich_kwong(V, T):
    """R T / (V - b) - a / (sqrt(T) V (V + b)), with the numbers of carbon dioxide in litres, bars, kelvins."""
    b = 0.0297
    return 0.0831446 * T / (V - b) - 64.6 / (sqrt(T) * V * (V + b))


@case(x=interval(0.05, 20), reference="Einstein 1907; Kittel 2005, 5")
def einstein_heat_capacity(x):
    """x^2 e^x / (e^x - 1)^2, x being a frequency over the temperature."""
    return x**2 * exp(x) / expm1(x) ** 2


@case(x=interval(0.1, 10), steps=20, reference="Debye 1912; Abramowitz & Stegun 1964, 27.1")
def debye_function(x, steps):
    """D_3(x), 3/x^3 times the integral of t^3/(e^t - 1) from 0 to x, by the midpoint rule with 20 steps."""
    total = 0.0
    for k in range(steps):
        t = x * (2 * k + 1) / (2 * steps)
        total = total + t**3 / expm1(t)
    return 3 / x**3 * total * x / steps


@case(E=interval(-1, 1), T=interval(0.01, 1), mu=0.1, reference="Fermi 1926; Kittel 2005, 6")
def fermi_dirac(E, T, mu):
    """1 / (e^((E - mu)/T) + 1)."""
    return 1 / (exp((E - mu) / T) + 1)


@case(E=interval(0.11, 2), T=interval(0.05, 1), mu=0.1, reference="Bose 1924; Kittel 2005, appendix C")
def bose_einstein(E, T, mu):
    """1 / (e^((E - mu)/T) - 1)."""
    return 1 / expm1((E - mu) / T)


@case(v=interval(0, 5), T=interval(0.1, 5), reference="Maxwell 1860; Boltzmann 1877")
def maxwell_boltzmann(v, T):
    """sqrt(2/pi) v^2 e^(-v^2/(2T)) / T^(3/2): how many molecules have which speed."""
    return sqrt(2 / pi) * v**2 * exp(-(v**2) / (2 * T)) / T**1.5


@case(E=interval(-5, 5, shape=3), T=1.5, reference="Gibbs 1902; Callen 1985, 16")
def free_energy(E, T):
    """-T ln of the sum of e^(-E/T) over three levels; the gradient is how full they are."""
    return -T * log(exp(-E[0] / T) + exp(-E[1] / T) + exp(-E[2] / T))


@case(T=interval(280, 370), reference="Antoine 1888; Poling, Prausnitz & O'Connell 2001")
def antoine_equation(T):
    """10^(8.07131 - 1730.63 / (T - 39.724)): the vapour pressure of water in torr, T in kelvins."""
    return 10 ** (8.07131 - 1730.63 / (T - 39.724))


@case(cold=interval(200, 400), hot=interval(400, 2000), reference="Carnot 1824")
def carnot_efficiency(cold, hot):
    """1 - T_cold / T_hot."""
    return 1 - cold / hot


# Electricity and electrochemistry.


@case(V=interval(-1, 0.8), n=interval(1, 2), reference="Shockley 1949")
def shockley_diode(V, n):
    """1e-12 (e^(V / (n VT)) - 1) amperes, VT = 25.85 millivolts."""
    return 1e-12 * expm1(V / (n * 0.02585))


@case(eta=interval(-0.3, 0.3), alpha=interval(0.2, 0.8), f=38.92, reference="Erdey-Gruz & Volmer 1930")
def butler_volmer(eta, alpha, f):
    """e^((1-a) f eta) - e^(-a f eta), f = F/(RT) at room temperature."""
    return exp((1 - alpha) * f * eta) - exp(-alpha * f * eta)


@case(inside=interval(1, 200), outside=interval(1, 200), T=310.0, reference="Nernst 1888; Hille 2001, 1")
def nernst_potential(inside, outside, T):
    """R T / F ln(outside / inside) in millivolts; zero where both are the same."""
    return 0.0861733 * T * log(outside / inside)


@case(K=interval(1, 10), Na=interval(100, 200), Cl=interval(80, 150), reference="Goldman 1943; Hodgkin & Katz 1949")
def goldman_equation(K, Na, Cl):
    """26.7 ln of the weighted sum of K and Na outside and Cl inside over the reverse: a potential in millivolts.

    The permeabilities are 1, 0.04 and 0.45, as the squid's giant axon has them at rest.
    """
    return 26.7 * log((K + 0.04 * Na + 0.45 * 10) / (140 + 0.04 * 10 + 0.45 * Cl))


@case(ions=interval(0, 0.5), charge=1.0, reference="Debye & Hueckel 1923; Guentelberg 1926")
def debye_hueckel(ions, charge):
    """-0.509 z^2 sqrt(I) / (1 + sqrt(I)), log10 of an activity's coefficient: its slope is infinite at I = 0."""
    return -0.509 * charge**2 * sqrt(ions) / (1 + sqrt(ions))


@case(w=interval(0.1, 10), R=1.0, L=0.5, C=2.0, reference="Feynman 1963, I-23")
def impedance(w, R, L, C):
    """sqrt(R^2 + (w L - 1/(w C))^2), least at resonance."""
    return sqrt(R**2 + (w * L - 1 / (w * C)) ** 2)


# Reactions.


@case(T=interval(250, 1000), energy=interval(10, 100), reference="Arrhenius 1889")
def arrhenius(T, energy):
    """1e6 e^(-E/(R T)), in kilojoules and kelvins."""
    return 1e6 * exp(-energy / (8.314462618e-3 * T))


@case(S=interval(0, 10), vmax=interval(0.5, 5), Km=interval(0.1, 5), reference="Michaelis & Menten 1913")
def michaelis_menten(S, vmax, Km):
    """v S / (K + S)."""
    return vmax * S / (Km + S)


@case(S=interval(0.01, 10), K=interval(0.1, 5), n=interval(1, 4), reference="Hill 1910")
def hill_equation(S, K, n):
    """S^n / (K^n + S^n)."""
    return S**n / (K**n + S**n)


@case(
    base=interval(1e-4, 1, scale="log"),
    acid=interval(1e-4, 1, scale="log"),
    pKa=4.756,
    reference="Henderson 1908; Hasselbalch 1917",
)
def henderson_hasselbalch(base, acid, pKa):
    """pKa + log10([A-] / [HA]): the pH of a buffer, here of acetic acid."""
    return pKa + log10(base / acid)


@case(h=interval(1e-9, 1e-2, scale="log"), Ka=1.754e-5, reference="Ostwald 1888")
def dissociated_acid(h, Ka):
    """Ka / (Ka + [H+]): which part of acetic acid is dissociated."""
    return Ka / (Ka + h)


# Flow.


@case(f=interval(0.005, 0.1), Re=interval(4e3, 1e7, scale="log"), rough=1e-4, reference="Colebrook 1939")
def colebrook(f, Re, rough):
    """1/sqrt(f) + 2 log10(k/3.7 + 2.51/(Re sqrt(f))): what a pipe's friction makes zero."""
    return 1 / sqrt(f) + 2 * log10(rough / 3.7 + 2.51 / (Re * sqrt(f)))


@case(r=interval(0.1, 2), dp=interval(0.1, 10), mu=interval(0.1, 5), reference="Poiseuille 1840")
def poiseuille(r, dp, mu):
    """pi r^4 dp / (8 mu), for a pipe of length one."""
    return pi * r**4 * dp / (8 * mu)


@case(r=interval(0.01, 1), density=interval(1.5, 8), mu=interval(0.5, 5), reference="Stokes 1851")
def stokes_settling(r, density, mu):
    """2/9 (rho - 1) g r^2 / mu: how fast a small ball sinks; densities by that of the fluid."""
    return 2 * (density - 1) * 9.80665 * r**2 / (9 * mu)


@case(depth=interval(0.1, 5), width=interval(1, 10), slope=interval(1e-4, 1e-2), reference="Manning 1891")
def manning_channel(depth, width, slope):
    """A^(5/3) / P^(2/3) sqrt(S) / n: the flow of a rectangular channel."""
    area, perimeter = depth * width, width + 2 * depth
    return area ** (5 / 3) / perimeter ** (2 / 3) * sqrt(slope) / 0.013


@case(mach=interval(0.1, 5), reference="Saint-Venant & Wantzel 1839; Anderson 2003, 5.4")
def nozzle_area(mach):
    """The area of a nozzle by the Mach number, gamma = 1.4; the slope is zero at the throat, Mach 1."""
    return (5 + mach**2) ** 3 / (216 * mach)


@case(u=interval(0, 25), kappa=0.4, B=5.5, points=[{"u": 0.0}, {"u": 1e-2}], reference="Spalding 1961")
def spalding_wall_law(u, kappa, B):
    """y+ = u+ + e^(-k B) (e^(k u+) - 1 - k u+ - (k u+)^2/2 - (k u+)^3/6): a boundary layer in one formula."""
    k = kappa * u
    return u + exp(-kappa * B) * (exp(k) - 1 - k - k**2 / 2 - k**3 / 6)


# Finance.


@case(
    S=interval(50, 150),
    sigma=interval(0.1, 0.6),
    T=interval(0.25, 2),
    r=interval(0, 0.1),
    K=100.0,
    operators=["gradient", "hessian"],
    expect={"autograd": "disagree"},
    because="torch's Phi is (1 + erf)/2, which is 0 in the far left tail: a call far out of the money costs 1e-44",
    reference="Black & Scholes 1973; Hull 2006, 13.8",
)
def black_scholes(S, sigma, T, r, K):
    """S Phi(d1) - K e^(-r T) Phi(d1 - s sqrt(T)), the price of a call.

    The gradient is delta, vega, minus theta and rho, and gamma stands in the Hessian.
    """
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / (sigma * sqrt(T))
    return S * ndtr(d1) - K * exp(-r * T) * ndtr(d1 - sigma * sqrt(T))


@case(rate=interval(0.001, 0.2), years=interval(1, 40), reference="Kellison 1991, 3.2")
def annuity(rate, years):
    """(1 - (1 + r)^-n) / r: what yearly payments of one are worth now."""
    return (1 - (1 + rate) ** -years) / rate


@case(rate=interval(0.001, 0.2), reference="Hull 2006, 4.8")
def bond_price(rate):
    """Ten coupons of five and a hundred at the end; minus the slope over the price is the duration."""
    price = 100 * exp(-10 * rate)
    for year in range(1, 11):
        price = price + 5 * exp(-year * rate)
    return price


@case(f=interval(0.01, 0.99), p=0.6, odds=1.0, reference="Kelly 1956")
def kelly_growth(f, p, odds):
    """p ln(1 + b f) + (1 - p) ln(1 - f): what a stake f of the fortune lets it grow by."""
    return p * log1p(odds * f) + (1 - p) * log1p(-f)
