search-title = Demande ouni Fall sichen
search-warning = Dës Sich gëtt festgehalen a kontrolléiert
search-warning-more = Eng Persoun vun der Opsiicht liest Äre Grond. Sicht nëmmen, wat Är Aarbecht elo verlaangt.
search-what = Demandsnummer oder Matricule
search-what-hint = 32 Zeeche vun der Quittung, oder 13 Zifferen
search-reason = Grond
search-reason-hint = Wie freet, a fir wéi eng Saach. Op d'mannst zéng Zeechen.
search-act = Sichen a festhalen
search-error-what = Gitt eng Demandsnummer mat 32 Zeechen oder eng richteg Matricule an
search-error-reason = Schreift Äre Grond an 10 bis 500 Zeechen
search-noted = Är Sich an hire Grond si festgehalen.
search-nothing = Keng Demande passt.
search-again = Eppes anescht sichen
search-accepted = Erakomm
glass-title = Liesungen ouni Fall
glass-about = All Bléck an eng Demande ouni Fall huet e Grond. Sot, ob en hält.
glass-caption = Liesungen, net kontrolléiert fir d'éischt
glass-none = Kee huet ouni Fall gelies.
glass-one = Liesung ouni Fall
glass-when = Wéini
glass-who = Wien
glass-reason = Grond
glass-found = Gewise Demanden
glass-state = Kontroll
glass-waiting = Ze kontrolléieren
glass-verdict = Hält de Grond?
glass-justified = Begrënnt
glass-unjustified = Net begrënnt
glass-remark = Bemierkung
glass-judge = Späicheren
glass-back = Zréck op d'Lëscht
glass-error-verdict = Sot, ob de Grond hält
glass-error-remark = Schreift eng Bemierkung mat héchstens 500 Zeechen
search-found = { $count ->
    [one] { $count } Demande fonnt
   *[other] { $count } Demande fonnt
}
