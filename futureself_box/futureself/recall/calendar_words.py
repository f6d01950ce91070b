"""Words of time in the languages that the box meets most, each with the English word that it stands for.

A language's words are looked up only in a question of that language: "hier" is yesterday in French
and here in German.
"""

from collections.abc import Sequence
from typing import TypeAlias

from futureself_box.futureself.recall.stopwords import BY_LANGUAGE
from futureself_box.futureself.recall.words import fold

Language: TypeAlias = str

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEASONS = ("spring", "summer", "autumn", "winter")
UNITS = ("day", "week", "weekend", "month", "year")
HOLIDAYS = (
    "christmas", "newyear", "easter", "halloween", "valentine", "thanksgiving", "mothersday", "fathersday",
    "carnival", "ascension", "pentecost", "epiphany", "midsummer", "allsaints", "advent", "saintnicholas",
)  # fmt: skip

# english = others | english = others | ...; a number is its own English word.
_TABLES = {
    "en": """
        january = jan | february = feb | april = apr | august = aug | september = sep sept |
        october = oct | november = nov | december = dec | autumn = fall autumns | summer = summertime summers | winter = winters wintertime |
        spring = springtime | monday = mon |
        day = days | week = weeks | weekend = weekends | month = months | year = years yr yrs |
        last = previous past recent | recently = lately | until = till | early = beginning start |
        late = end | christmas = xmas christmases | pentecost = whitsun | half = halves | second = 2nd | first = earliest | newest = latest | middle = mid |
        now = currently current nowadays presently | 1 = one a an | 2 = two couple | 3 = three few |
        4 = four several | 5 = five | 6 = six | 7 = seven | 8 = eight | 9 = nine | 10 = ten |
        11 = eleven | 12 = twelve | 15 = fifteen | 20 = twenty
    """,
    "de": """
        january = januar | february = februar | april = april |
        august = august | september = september | november = november | winter = winter | march = märz | may = mai | june = juni | july = juli |
        october = oktober | december = dezember | monday = montag | tuesday = dienstag |
        wednesday = mittwoch | thursday = donnerstag | friday = freitag | saturday = samstag sonnabend |
        sunday = sonntag | spring = frühling frühjahr | summer = sommer sommern sommerferien | winter = wintern |
        autumn = herbst |
        day = tag tage tagen | week = woche wochen | weekend = wochenende wochenenden |
        month = monat monate monaten | year = jahr jahre jahren jahres |
        last = letzte letzten letzter letztes letztem vergangene vergangenen vergangenes vorige vorigen |
        beforelast = vorletzte vorletzten vorletzter vorletztes vorletztem |
        this = diese diesen dieser dieses diesem | ago = vor | yesterday = gestern | today = heute |
        recently = neulich kürzlich | before = bevor ehe | after = nachdem nach | since = seit seitdem |
        until = bis | during = während | between = zwischen | early = anfang | late = ende |
        middle = mitte | christmas = weihnachten weihnachtsfest heiligabend | newyear = silvester neujahr jahreswechsel |
        easter = ostern | pentecost = pfingsten | ascension = himmelfahrt vatertag | mothersday = muttertag |
        carnival = karneval fasching fastnacht | epiphany = dreikönigstag dreikönige | advent = adventszeit |
        saintnicholas = nikolaus nikolaustag | allsaints = allerheiligen |
        first = erste ersten erster erstes erstem erstmals | newest = neueste neuesten |
        lasttime = zuletzt | now = jetzt aktuell aktuelle aktuellen derzeit momentan heutzutage inzwischen |
        still = noch | 1 = ein eine einem einer | 2 = zwei paar | 3 = drei | 4 = vier | 5 = fünf |
        6 = sechs | 7 = sieben | 8 = acht | 9 = neun | 10 = zehn | 11 = elf | 12 = zwölf
    """,
    "fr": """
        january = janvier | february = février | march = mars | april = avril | may = mai | june = juin |
        july = juillet | august = août | september = septembre | october = octobre | november = novembre |
        december = décembre | monday = lundi | tuesday = mardi | wednesday = mercredi | thursday = jeudi |
        friday = vendredi | saturday = samedi | sunday = dimanche | spring = printemps | summer = été |
        autumn = automne | winter = hiver | day = jour jours | week = semaine semaines |
        month = mois | year = an ans année années |
        last = dernier dernière derniers dernières passé passée | this = cette ce cet |
        ago = ilya | yesterday = hier | today = aujourd | recently = récemment dernièrement |
        before = avant | after = après | since = depuis | until = jusqu | during = pendant |
        between = entre | early = début | late = fin | christmas = noël | newyear = réveillon |
        easter = pâques | pentecost = pentecôte | carnival = carnaval | allsaints = toussaint | epiphany = épiphanie |
        advent = avent | first = première premier | now = maintenant actuellement actuelle actuel |
        still = encore toujours | 1 = un une | 2 = deux | 3 = trois quelques | 4 = quatre | 5 = cinq |
        6 = six | 7 = sept | 8 = huit | 9 = neuf | 10 = dix
    """,
    "es": """
        january = enero | february = febrero | march = marzo | april = abril | may = mayo | june = junio |
        july = julio | august = agosto | september = septiembre setiembre | october = octubre |
        november = noviembre | december = diciembre | monday = lunes | tuesday = martes |
        wednesday = miércoles | thursday = jueves | friday = viernes | saturday = sábado |
        sunday = domingo | spring = primavera | summer = verano | autumn = otoño | winter = invierno |
        day = día días | week = semana semanas | month = mes meses | year = año años |
        last = pasado pasada pasados pasadas último última últimos últimas | this = este esta |
        ago = hace | yesterday = ayer | today = hoy | recently = recientemente últimamente |
        before = antes | after = después | since = desde | until = hasta | during = durante |
        between = entre | early = principios comienzos | late = finales | middle = mediados |
        christmas = navidad nochebuena | newyear = nochevieja |
        easter = pascua | pentecost = pentecostés | carnival = carnaval carnavales | epiphany = reyes |
        beforelast = antepasado antepasada penúltimo penúltima | advent = adviento |
        first = primera primero primer | now = ahora actualmente actual | still = todavía aún sigo |
        1 = un una | 2 = dos | 3 = tres unos | 4 = cuatro | 5 = cinco | 6 = seis | 7 = siete |
        8 = ocho | 9 = nueve | 10 = diez
    """,
    "nl": """
        january = januari | february = februari | april = april |
        september = september | november = november | winter = winter | march = maart | may = mei | june = juni | july = juli |
        august = augustus | october = oktober | monday = maandag | tuesday = dinsdag |
        wednesday = woensdag | thursday = donderdag | friday = vrijdag | saturday = zaterdag |
        sunday = zondag | spring = lente voorjaar | summer = zomer zomervakantie | autumn = herfst najaar |
        day = dag dagen | week = weken | month = maand maanden | year = jaar jaren |
        last = vorige vorig afgelopen laatste | lasttime = laatst | this = deze dit | ago = geleden |
        yesterday = gisteren | today = vandaag | recently = onlangs recent | before = voor voordat |
        after = na nadat | since = sinds | until = tot | during = tijdens | between = tussen |
        early = begin | late = eind | christmas = kerst kerstmis | newyear = oudejaarsavond |
        easter = pasen | pentecost = pinksteren | ascension = hemelvaart hemelvaartsdag | carnival = carnaval |
        mothersday = moederdag | fathersday = vaderdag | saintnicholas = sinterklaas pakjesavond |
        beforelast = voorlaatste voorvorige voorvorig | allsaints = allerheiligen |
        first = eerste eerst | now = nu momenteel huidige tegenwoordig | still = nog |
        1 = een | 2 = twee paar | 3 = drie | 4 = vier | 5 = vijf | 6 = zes | 7 = zeven | 8 = acht |
        9 = negen | 10 = tien
    """,
    "it": """
        january = gennaio | february = febbraio | march = marzo | april = aprile | may = maggio |
        june = giugno | july = luglio | august = agosto | september = settembre | october = ottobre |
        november = novembre | december = dicembre | monday = lunedì | tuesday = martedì |
        wednesday = mercoledì | thursday = giovedì | friday = venerdì | saturday = sabato |
        sunday = domenica | spring = primavera | summer = estate | autumn = autunno | winter = inverno |
        day = giorno giorni | week = settimana settimane | month = mese mesi | year = anno anni |
        last = scorso scorsa scorsi scorse ultimo ultima ultimi | this = questo questa | ago = fa |
        yesterday = ieri | today = oggi | recently = recentemente ultimamente | before = prima |
        after = dopo | since = da | until = fino | during = durante | between = tra fra |
        early = inizio | late = fine | middle = metà | christmas = natale | newyear = capodanno |
        easter = pasqua | pentecost = pentecoste | carnival = carnevale | epiphany = epifania befana |
        allsaints = ognissanti | beforelast = penultimo penultima | advent = avvento |
        first = primo | now = adesso ora attualmente attuale | still = ancora |
        1 = un uno una | 2 = due paio | 3 = tre | 4 = quattro | 5 = cinque | 6 = sei | 7 = sette |
        8 = otto | 9 = nove | 10 = dieci
    """,
    "pt": """
        january = janeiro | february = fevereiro | march = março | april = abril | may = maio |
        june = junho | july = julho | august = agosto | september = setembro | october = outubro |
        november = novembro | december = dezembro | monday = segunda | tuesday = terça |
        wednesday = quarta | thursday = quinta | friday = sexta | saturday = sábado | sunday = domingo |
        spring = primavera | summer = verão | autumn = outono | winter = inverno | day = dia dias |
        week = semana semanas | month = mês meses | year = ano anos |
        last = passado passada passados passadas último última últimos últimas | this = este esta neste nesta |
        ago = há | yesterday = ontem | today = hoje | recently = recentemente ultimamente |
        before = antes | after = depois | since = desde | until = até | during = durante |
        between = entre | early = início começo | late = fim final | christmas = natal |
        newyear = réveillon | easter = páscoa | carnival = carnaval | beforelast = penúltimo penúltima retrasado |
        first = primeira primeiro |
        now = agora atualmente atual | still = ainda | 1 = um uma | 2 = dois duas | 3 = três |
        4 = quatro | 5 = cinco | 6 = seis | 7 = sete | 8 = oito | 9 = nove | 10 = dez
    """,
}  # fmt: skip


def _read(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in table.replace("\n", " ").split("|"):
        english, _, others = line.partition("=")
        for word in others.split():
            found.setdefault(fold(word), english.strip())
    return found


_SAME = {word: word for word in (*MONTHS, *WEEKDAYS, *SEASONS, *UNITS, *HOLIDAYS)}
_ALWAYS = _SAME | {
    word: word
    for word in ("last", "this", "ago", "yesterday", "today", "recently", "before", "after", "since",
                 "until", "during", "between", "around", "early", "late", "middle", "half", "second", "first",
                 "newest", "now", "still")
}  # fmt: skip
CALENDAR: dict[Language, dict[str, str]] = {
    language: (_ALWAYS if language == "en" else _SAME) | _read(table)
    for language, table in _TABLES.items()
}
"""For each language, what its words of time are in English; numbers as digits."""


_PLURALS = """
    days weeks months years tage tagen wochen monate monaten jahre jahren jours semaines ans années días
    semanas meses años dagen weken maanden jaren giorni settimane mesi anni dias anos derniers dernières
    últimos últimas ultimi ultime scorsi scorse
"""
_GONE_BY = """
    previous past recent vergangene vergangenen vergangenes vorige vorigen passé passée pasado pasada pasados
    pasadas vorige vorig afgelopen scorso scorsa scorsi scorse passado passada passados passadas
"""
PLURALS = frozenset(fold(_PLURALS).split())
"""Words that say that several are meant: "in the last weeks"."""
GONE_BY = frozenset(fold(_GONE_BY).split())
"""Words that are "last" in a time, and never say that the latest is asked for: "que s'est-il passé"."""
_KNOWN = {
    name: BY_LANGUAGE[name] | set(_read(table)) | (set(_ALWAYS) if name == "en" else set())
    for name, table in _TABLES.items()
}


def language(words: Sequence[str]) -> Language:
    """The language that most of these folded words are small words or words of time of.

    English where none is.

    >>> language(["was", "war", "an", "weihnachten"]), language(["lisbon"])
    ('de', 'en')
    """
    return max(_KNOWN, key=lambda name: sum(word in _KNOWN[name] for word in words))
