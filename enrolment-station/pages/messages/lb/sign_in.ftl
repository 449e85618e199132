sign-in-title = Umellen
sign-in-passkey = Mat engem Passkey umellen
sign-in-or = oder
sign-in-login = Benotzernumm
sign-in-password = Passwuert
sign-in-code = Eemolcode
sign-in-code-hint = Déi sechs Zifferen, déi Ären Apparat grad weist
sign-in-act = Umellen
sign-in-wrong = Den Numm, d’Passwuert oder de Code ass falsch. Kuckt all dräi no; e Code gëllt nëmmen eng Kéier.
sign-in-wait = { $minutes ->
    [one] Ze vill Versich. Waart eng Minutt a probéiert et dann nach eng Kéier.
   *[other] Ze vill Versich. Waart { $minutes } Minutten a probéiert et dann nach eng Kéier.
}
passkey-title = Är Passkeyen
passkey-about = E Passkey ass op Ärem Apparat oder Sécherheetsschlëssel. Dir mellt Iech mam Fanger, mam Gesiicht oder mat enger PIN un a musst Iech kee Passwuert verhalen.
passkey-count = { $count ->
    [0] Dir hutt nach kee Passkey.
    [one] Dir hutt ee Passkey.
   *[other] Dir hutt { $count } Passkeyen.
}
passkey-add = Passkey derbäisetzen
passkey-added = De Passkey gouf derbäigesat
passkey-removed = De Passkey gouf ewechgeholl
passkey-added-list = Passkeys, déi op dësem Computer derbäikoumen
passkey-remove = Passkey { $number } ewechhuelen
passkey-refused = Den Apparat ass net fäerdeg ginn. Probéiert et nach eng Kéier oder wielt en anere Wee.
passkey-unknown = Dëse Passkey gouf net ugeholl. Probéiert et nach eng Kéier oder wielt en anere Wee.
passkey-needs-script = Passkeye brauche JavaScript, dat an dësem Browser ausgeschalt ass.
lock-title = Gespaart
lock-about = { $name } ass net op der Plaz. D’Aarbecht bleift erhalen, an nëmmen { $name } kann se weidermaachen.
lock-passkey = Mat engem Passkey weidermaachen
lock-continue = Weidermaachen
lock-somebody-else = Sidd Dir een aneren? Wat net gespäichert ass, geet verluer.
lock-sign-out = Ofmellen an nei ufänken
lock-warning = Dëse Bildschierm gëtt an enger Minutt gespaart. Dréckt op eng Tast, fir ze bleiwen.
held-title = Är Agabe sinn nach do
held-about = De Bildschierm gouf gespaart, ier se fortgeschéckt goufen. Schéckt se elo fort.
held-continue = Fortschécken
held-discard = Net schécken
