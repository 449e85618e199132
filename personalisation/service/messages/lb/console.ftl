console-service = Stempel · Zentral
nav-start = Start
nav-review = Préiwung
nav-forced = Forcéiert Opnamen
nav-approvals = Zweet Persoun
nav-search = Sich
nav-oversight = Opsiicht
nav-quarantine = Zréckgewisen
nav-floor = Atelier
nav-fleet = Statiounen
nav-configuration = Konfiguratioun
nav-staff = Personal
start-title = Wat op mech waart
start-review = Demanden ze préiwen
start-more-needed = Demanden, déi op d'Persoun waarden
start-forced = Forcéiert Opnamen z'entscheeden
start-approvals = Büroen, déi op eng zweet Persoun waarden
start-oversight = Liesungen ouni Fall ze kontrolléieren
start-quarantine = Zréckgewisen Dossieren
start-silent = Statiounen, zënter méi wéi engem Dag roueg
start-alarms = Alarmer vun der Flott ze kucken
start-nothing = Fir Är Roll waart hei näischt.
enrol-title = Ären Zougang
enrol-about = Wielt e Passwuert a füügt de Geheimschlëssel an Är Code-App. Dëse Link gëllt nëmmen eng Kéier.
enrol-name = Numm
enrol-login = Benotzernumm
enrol-secret = Geheimschlëssel vun den Eemolcoden
enrol-code = QR-Code vum Geheimschlëssel, fir Är Code-App
enrol-scan = Liest e mat Ärer Code-App an. Wann dat net geet, tippt de Geheimschlëssel do an, oder maacht d'App op dësem Apparat op:
enrol-address = An der Code-App opmaachen
enrol-password = Neit Passwuert
enrol-password-hint = Op d'mannst 8 Zeechen; e Saz behält ee gutt
enrol-again = Datselwecht Passwuert nach eng Kéier
enrol-act = Späicheren
enrol-differ = Gitt zweemol datselwecht Passwuert an
enrol-too-short = Wielt e Passwuert mat op d'mannst 8 Zeechen
enrol-done = Ären Zougang ass prett
enrol-done-more = Mellt Iech mat Benotzernumm, Passwuert an dem Code vun Ärer App un.
enrol-sign-in = Umellen
enrol-gone = Dëse Link gëllt net méi
enrol-gone-more = E gouf scho benotzt oder ass ze al. Frot déi Persoun, déi d'Personal geréiert, no engem neien.
age-minutes = { $count ->
    [one] { $count } Minutt
   *[other] { $count } Minutten
}
age-hours = { $count ->
    [one] { $count } Stonn
   *[other] { $count } Stonnen
}
age-days = { $count ->
    [one] { $count } Dag
   *[other] { $count } Deeg
}
