floor-title = Den Atelier elo
floor-machines = Maschinnen
floor-no-machines = Nach keng Linn huet eng Maschinn gemellt.
floor-works = Schafft
floor-idle = Näischt ze maachen
floor-waits = Brauch een
floor-silent = Ouni Noriicht
floor-silent-act = Kuckt, ob de Programm vun { $line } leeft an d'Maschinn Stroum huet.
floor-cards = { $count ->
    [one] { $count } Kaart dran
   *[other] { $count } Kaarten dran
}
floor-queue = An der Schlaang
floor-remakes = Nei ze maachen
floor-express = Express
floor-normal = Normal
floor-since = Déi éischt waart
floor-made = Déi lescht aacht Stonnen
floor-plot-documents = Fäerdeg Dokumenter
floor-plot-scrapped = Opginn Kaarten
floor-plot-from = Hallef Stonn vun
floor-plot-unit = Kaarten
floor-reasons = Firwat Kaarten opginn goufen
floor-reason = Grond
task-free-jam = Dier opmaachen, d'Kaart ({ $place }) léisen oder eraushuelen, Dier zoumaachen.
task-fill-hopper = De Kaartemagasinn fëllen.
task-change-ribbon = D'Faarfband wiesselen.
task-empty-tray = D'Fach eidel maachen ({ $place }).
task-close-door = D'Dier zoumaachen.
task-destroy-removed = D'erausgehollte Kaart an d'Vernichtungskëscht leeën.
task-check-power = De Stroum kontrolléieren.
task-plug-in = De Kabel nees astiechen.
task-find = D'Maschinn sichen: kee Lieser féiert dohin.
task-start-daemon = De Kaartendéngscht (pcscd) vun der Linn starten.
place-hopper = Magasinn
place-station = Chipstatioun
place-printer = Drécker
place-exit = Ausgabfach
place-reject = Ausschossfach
scrap-chip-keys-unknown = Chip geet mat kengem vun eise Schlësselen op
scrap-chip-life-cycle = Chip gouf scho benotzt
scrap-chip-refused = Chip huet e Befeel verweigert
scrap-chip-removed = Kaart gouf ewechgeholl
scrap-chip-silent = Chip äntwert net
scrap-memory-mismatch = Am Chip steet net, wat geschriwwe gouf
scrap-read-back-failed = Kaart ass bei der Chipkontroll duerchgefall
scrap-print-spoiled = Den Drock gouf ënnerbrach
scrap-exit-inspection-failed = Den Drock ass bei der Kamerakontroll duerchgefall
scrap-order-invalid = D'Bestellung ass falsch
scrap-signing-refused = D'Ënnerschrëft gouf verweigert
scrap-signature-invalid = D'Ënnerschrëft ass ongëlteg
scrap-too-many-tries = Ze dacks probéiert
scrap-inspection-failed = Vun engem Kontrolleur beanstandt
task-inspect-first-article = Bréngt déi lescht Kaart aus dem Ausgangsfach bei d’Kontroll. Déi nächst ginn gedréckt, soubal se fräiginn ass.
sign-on-title = Wien un dëser Maschinn schafft
sign-on-about = Wien un enger Maschinn schafft, kontrolléiert keng vun de Kaarten, déi se an där Zäit mécht. Ass kee ugemellt, da ka kee seng Kaarten kontrolléieren.
sign-on-caption = Elo un der Maschinn
sign-on-who = Login
sign-on-since = Zënter
sign-on-nobody = Kee ass ugemellt.
sign-on-here = Dir sidd hei ugemellt.
sign-on-hours = { $count ->
    [0] elo
    [one] virun { $count } Stonn
   *[other] virun { $count } Stonnen
}
sign-on = Sech umellen
sign-on-earlier = Ech war scho virdru hei
sign-off = Sech ofmellen
sign-on-back = Zréck an d’Fabrikatioun
sign-on-link = Wien un { $machine } schafft
sign-on-error-since = Wielt, zënter wéini Dir do schafft.
