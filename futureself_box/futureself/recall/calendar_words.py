"""Words of time in the languages that the box meets most, each with the English word that it stands for.

A language's words are looked up only in a question of that language: "hier" is yesterday in French
and here in German.
"""

from typing import TypeAlias

from futureself_box.futureself.recall.words import fold

Language: TypeAlias = str

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEASONS = ("spring", "summer", "autumn", "winter")
UNITS = ("day", "week", "weekend", "month", "year")
HOLIDAYS = ("christmas", "newyear", "easter", "halloween", "valentine")

# english = others | english = others | ...; a number is its own English word.
_TABLES = {
    "en": """
        january = jan | february = feb | april = apr | august = aug | september = sep sept |
        october = oct | november = nov | december = dec | autumn = fall autumns | summer = summertime summers | winter = winters wintertime |
        spring = springtime | monday = mon |
        day = days | week = weeks | weekend = weekends | month = months | year = years yr yrs |
        last = previous past | recently = lately | until = till | early = beginning start |
        late = end | christmas = xmas | half = halves | second = 2nd | first = earliest | newest = latest | middle = mid |
        now = currently current nowadays presently | 1 = one a an | 2 = two couple | 3 = three few |
        4 = four several | 5 = five | 6 = six | 7 = seven | 8 = eight | 9 = nine | 10 = ten |
        11 = eleven | 12 = twelve | 15 = fifteen | 20 = twenty
    """,
    "de": """
        january = januar | february = februar | march = märz | may = mai | june = juni | july = juli |
        october = oktober | december = dezember | monday = montag | tuesday = dienstag |
        wednesday = mittwoch | thursday = donnerstag | friday = freitag | saturday = samstag sonnabend |
        sunday = sonntag | spring = frühling frühjahr | summer = sommer sommern sommerferien | winter = wintern |
        autumn = herbst |
        day = tag tage tagen | week = woche wochen | weekend = wochenende wochenenden |
        month = monat monate monaten | year = jahr jahre jahren jahres |
        last = letzte letzten letzter letztes letztem vergangene vergangenen vergangenes vorige vorigen |
        this = diese diesen dieser dieses diesem | ago = vor | yesterday = gestern | today = heute |
        recently = neulich kürzlich | before = bevor ehe | after = nachdem nach | since = seit seitdem |
        until = bis | during = während | between = zwischen | early = anfang | late = ende |
        middle = mitte | christmas = weihnachten heiligabend | newyear = silvester neujahr |
        easter = ostern | first = erste ersten erster erstes erstem erstmals | newest = neueste neuesten |
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
        easter = pâques | first = première premier | now = maintenant actuellement actuelle actuel |
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
        christmas = navidad nochebuena | newyear = nochevieja | easter = pascua |
        first = primera primero primer | now = ahora actualmente actual | still = todavía aún sigo |
        1 = un una | 2 = dos | 3 = tres unos | 4 = cuatro | 5 = cinco | 6 = seis | 7 = siete |
        8 = ocho | 9 = nueve | 10 = diez
    """,
    "nl": """
        january = januari | february = februari | march = maart | may = mei | june = juni | july = juli |
        august = augustus | october = oktober | monday = maandag | tuesday = dinsdag |
        wednesday = woensdag | thursday = donderdag | friday = vrijdag | saturday = zaterdag |
        sunday = zondag | spring = lente voorjaar | summer = zomer zomervakantie | autumn = herfst najaar |
        day = dag dagen | week = weken | month = maand maanden | year = jaar jaren |
        last = vorige vorig afgelopen laatste | lasttime = laatst | this = deze dit | ago = geleden |
        yesterday = gisteren | today = vandaag | recently = onlangs recent | before = voor voordat |
        after = na nadat | since = sinds | until = tot | during = tijdens | between = tussen |
        early = begin | late = eind | christmas = kerst kerstmis | newyear = oudejaarsavond |
        easter = pasen | first = eerste eerst | now = nu momenteel huidige tegenwoordig | still = nog |
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
        easter = pasqua | first = primo | now = adesso ora attualmente attuale | still = ancora |
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
        newyear = réveillon | easter = páscoa | first = primeira primeiro |
        now = agora atualmente atual | still = ainda | 1 = um uma | 2 = dois duas | 3 = três |
        4 = quatro | 5 = cinco | 6 = seis | 7 = sete | 8 = oito | 9 = nove | 10 = dez
    """,
}  # fmt: skip


def _read(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in table.replace("\n", " ").split("|"):
        english, _, others = line.partition("=")
        for word in (english.strip(), *others.split()):
            found.setdefault(fold(word), english.strip())
    return found


_SAME = {word: word for word in (*MONTHS, *WEEKDAYS, *SEASONS, *UNITS, *HOLIDAYS)}
_ALWAYS = _SAME | {
    word: word
    for word in ("last", "this", "ago", "yesterday", "today", "recently", "before", "after", "since",
                 "until", "during", "between", "around", "early", "late", "first", "now", "still")
}  # fmt: skip
CALENDAR: dict[Language, dict[str, str]] = {
    language: (_ALWAYS if language == "en" else _SAME) | _read(table)
    for language, table in _TABLES.items()
}
"""For each language, what its words of time are in English; numbers as digits."""
