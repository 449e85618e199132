form-errors = { $count ->
    [one] Et gëtt e Problem
   *[other] Et gëtt { $count } Problemer
}
form-error = Feeler:
form-optional = (fräiwëlleg)
form-choose = Wielt w. e. g.
form-unsaved = Wat Dir op dëser Säit aginn hutt, ass nach net fortgeschéckt.
date-day = Dag
date-month = Mount
date-year = Joer
date-long = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] Mäerz
    [4] Abrëll
    [5] Mee
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
date-short = { $day }.{ $month }.{ $year }
date-and-time = { $date }, { $time } Auer
national-number-right = D’Kontrollziffere stëmmen.
national-number-wrong = D’Kontrollziffere stëmmen net. Vergläicht d’Nummer mam Dokument.
irreversible-title = Dat kann net méi réckgängeg gemaach ginn
irreversible-back = Zréck
pager = Säite vun der Lëscht
pager-previous = Virdrun
pager-next = Weider
pager-place = Säit { $page } / { $pages }
steps = Schrëtt
steps-place = Schrëtt { $step } / { $steps }
step-done = fäerdeg
step-current = Dir sidd hei
step-ahead = nach net
measures = Wat gemooss gouf
measure-passes = gutt
measure-fails = nokucken
measure-value = { $value } vun 100, op d’mannst { $limit }
plot-table = D’Zuelen als Tabell
live-still = Stand vum Moment, wou dës Säit opgemaach gouf.
live-now = Live. Lescht Noriicht um {"{"}time{"}"}.
live-lost = D'Verbindung ass ënnerbrach. Wat hei steet, ass vun {"{"}time{"}"}.
