station-service = Erfaassung
