console-service = Stempel · centre
nav-start = Accueil
nav-review = À examiner
nav-forced = Captures forcées
nav-approvals = Deuxième personne
nav-search = Recherche
nav-oversight = Surveillance
nav-quarantine = Rejetés
nav-floor = Atelier
nav-fleet = Stations
nav-configuration = Configuration
nav-staff = Personnel
start-title = Ce qui m'attend
start-review = Demandes à examiner
start-more-needed = Demandes en attente du demandeur
start-forced = Captures forcées à décider
start-approvals = Bureaux qui attendent une deuxième personne
start-oversight = Lectures sans dossier à contrôler
start-quarantine = Dossiers rejetés
start-silent = Stations silencieuses depuis plus d'un jour
start-alarms = Alarmes de la flotte à examiner
start-nothing = Rien n'attend ici pour votre rôle.
enrol-title = Votre accès
enrol-about = Choisissez un mot de passe et ajoutez le secret à votre application de codes. Ce lien ne sert qu'une fois.
enrol-name = Nom
enrol-login = Nom d'utilisateur
enrol-secret = Secret des codes à usage unique
enrol-code = Code QR du secret, pour votre application de codes
enrol-scan = Lisez-le avec votre application de codes. Si ce n'est pas possible, tapez-y le secret, ou ouvrez-la sur cet appareil :
enrol-address = Ouvrir dans l'application de codes
enrol-password = Nouveau mot de passe
enrol-password-hint = Au moins 8 caractères ; une phrase se retient bien
enrol-again = Le même mot de passe encore une fois
enrol-act = Enregistrer
enrol-differ = Tapez deux fois le même mot de passe
enrol-too-short = Choisissez un mot de passe d'au moins 8 caractères
enrol-done = Votre accès est prêt
enrol-done-more = Connectez-vous avec votre nom d'utilisateur, votre mot de passe et le code affiché par votre application.
enrol-sign-in = Se connecter
enrol-gone = Ce lien n'est plus valable
enrol-gone-more = Il a déjà servi ou il est trop ancien. Demandez-en un nouveau à la personne qui gère le personnel.
age-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
age-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
age-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
