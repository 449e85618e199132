station-service = Enrôlement
