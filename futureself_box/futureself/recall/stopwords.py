"""Words that say nothing about what a question is after, in the languages that the box meets most.

Question words, pronouns, auxiliaries and the like; folded as `words.fold` does. Negations are not
here: they are part of what is asked.
"""

_ENGLISH = """
    a about after again all also always am an and any anybody anyone anything are as at be because been
    before being but by can could d did do does doing done during each else ever every for from get
    gets getting got had has have having he her here hers him his how i if in into is it its just know
    ll lot m made make me mean mine more most much my myself of off on once one only or other our ours
    out over own re s said say same she should so some somebody someone something still such t tell
    than that the their them then there these they thing things think this those through time times
    to too under until up us ve very was we were what when where which while who whom whose why will
    with would you your yours happen happened remember remind write wrote written mention mentioned
    call called name named kind sort many way did ok please really between both go went going like
    start started
"""
_GERMAN = """
    aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da dabei dafur
    damit dann das dass dein deine dem den denn der des die dies diese diesem diesen dieser dieses doch
    dort du durch ein eine einem einen einer eines er es etwas euch fur gab ganz gehabt gemacht gewesen
    habe haben hast hat hatte hatten hier ich ihm ihn ihr ihre im in ins ist ja jede jeder jedes jetzt
    kann konnte machen mal man mehr mein meine meinem meinen meiner meines mich mir mit nach noch nun
    nur ob oder ohne schon sehr sein seine seit sich sie sind so uber um und uns unser unsere unter vom
    von vor wann war waren warum was welche welchem welchen welcher welches wem wen wenn wer werden
    wie wieder wir wird wo wohin worden wurde wurden zu zum zur heisst hiess geschrieben passiert
"""
_FRENCH = """
    ai aie as au aux avais avait avec avez avoir avons c ce cela ces cet cette chez combien comme comment
    d dans de depuis des donc dont du elle elles en est et etait etais ete etre eu fait faire il ils j je
    l la le les leur leurs lors lui m ma mais me mes moi mon n nos notre nous on ont ou par pas pendant
    plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sur
    t ta te tes toi ton tous tout toute toutes tu un une vers votre vous y suis appelle
"""
_SPANISH = """
    a al algo alguien ante como con cual cuales cuando cuanto de del desde donde e el ella ellas ellos en
    era eran es esa ese eso esta estaba estar este esto estoy fue fueron fui ha haber habia hace hacer
    hasta hay he hice hizo la las le les lo los mas me mi mis mucho muy nos nosotros o os para pero por
    porque que quien quienes se ser si sin sobre son soy su sus tan te tengo tenia ti tiene todo todos
    tu tuve un una uno unos y ya yo llama llamaba paso
"""
_DUTCH = """
    aan als ben bij dan dat de deze die dit doen door dus een en er gedaan gehad geweest haar had hadden
    heb hebben heeft hem het hij hoe iemand iets ik in is je jij jullie kan maar me meer met mij mijn
    na naar nog nu of om onder ons onze ook op over te tot uit van veel voor waar waarom wanneer waren
    was wat we welk welke werd werden wie wij worden zal ze zich zij zijn zo zou heet heette gebeurde
"""
_ITALIAN = """
    a abbiamo agli ai al alla alle allo anche avere aveva avevo che chi ci come con cosa cui da dai dal
    dalla de degli dei del della delle dello di dove e ed era erano ero essere fa fatto fra gli ha hai
    hanno ho i il in io la le lei li lo loro lui ma me mi mia mie miei mio ne negli nei nel nella noi non
    o per perche piu qual quale quali quando quanto quella quello questa questo se sei si sia sono sta
    stata stato su sua sue sugli sui sul sulla suo te ti tra tu tuo un una uno voi chiama chiamava
"""
_PORTUGUESE = """
    a ao aos aquela aquele as ate com como da das de dela dele do dos e ela elas ele eles em entre era
    essa esse esta estava este eu foi foram fui ha isso isto ja lhe mais mas me meu meus minha minhas
    muito na nas no nos nossa nosso num numa o onde os ou para pela pelas pelo pelos por porque qual
    quais quando quanto que quem se sem ser seu seus sobre sua suas tambem te tem tenho tinha tive um
    uma umas uns voce chama chamava aconteceu fiz fez
"""

BY_LANGUAGE = {
    "en": frozenset(_ENGLISH.split()),
    "de": frozenset(_GERMAN.split()),
    "fr": frozenset(_FRENCH.split()),
    "es": frozenset(_SPANISH.split()),
    "nl": frozenset(_DUTCH.split()),
    "it": frozenset(_ITALIAN.split()),
    "pt": frozenset(_PORTUGUESE.split()),
}
STOPWORDS = frozenset().union(*BY_LANGUAGE.values())
