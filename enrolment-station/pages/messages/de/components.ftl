form-errors = { $count ->
    [one] Es gibt ein Problem
   *[other] Es gibt { $count } Probleme
}
form-error = Fehler:
form-optional = (freiwillig)
form-choose = Bitte wählen
form-unsaved = Was Sie auf dieser Seite eingegeben haben, ist noch nicht abgeschickt.
date-day = Tag
date-month = Monat
date-year = Jahr
date-long = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
date-short = { $day }.{ $month }.{ $year }
date-and-time = { $date }, { $time } Uhr
national-number-right = Die Prüfziffern stimmen.
national-number-wrong = Die Prüfziffern stimmen nicht. Vergleichen Sie die Nummer mit dem Dokument.
irreversible-title = Das lässt sich nicht rückgängig machen
irreversible-back = Zurück
pager = Seiten der Liste
pager-previous = Vorherige
pager-next = Nächste
pager-place = Seite { $page } von { $pages }
steps = Schritte
steps-place = Schritt { $step } von { $steps }
step-done = erledigt
step-current = Sie sind hier
step-ahead = noch offen
measures = Was gemessen wurde
measure-passes = gut
measure-fails = nachsehen
measure-value = { $value } von 100, mindestens { $limit }
plot-table = Die Zahlen als Tabelle
live-still = Stand beim Öffnen dieser Seite.
live-now = Live. Zuletzt gehört um {"{"}time{"}"}.
live-lost = Die Verbindung ist unterbrochen. Was hier steht, ist von {"{"}time{"}"}.
