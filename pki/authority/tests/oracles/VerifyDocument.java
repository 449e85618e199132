// Bouncy Castle as an independent inspector: verifies the chain CSCA -> DS -> EF.SOD or EF.CardSecurity,
// the revocation list and the hash of each data group, with explicit EC parameters throughout.
//
// java -cp bcprov.jar:bcpkix.jar:bcutil.jar VerifyDocument.java CSCA CRL OBJECT [NUMBER=FILE ...]
// prints "GOOD number,number,..." and ends with 0, or says what is wrong and ends with 1.

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.util.Arrays;
import java.util.StringJoiner;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.icao.DataGroupHash;
import org.bouncycastle.asn1.icao.ICAOObjectIdentifiers;
import org.bouncycastle.asn1.icao.LDSSecurityObject;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

public final class VerifyDocument {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        X509CertificateHolder csca = new X509CertificateHolder(read(arguments[0]));
        X509CRLHolder list = new X509CRLHolder(read(arguments[1]));
        ContentVerifierProvider authority =
                new JcaContentVerifierProviderBuilder().setProvider("BC").build(csca);
        demand(csca.isSignatureValid(authority), "the CSCA is not self-signed");
        demand(list.isSignatureValid(authority), "the revocation list is not the CSCA's");

        CMSSignedData object = new CMSSignedData(unwrapped(read(arguments[2])));
        demand(object.getSignerInfos().size() == 1, "not one signer");
        SignerInformation signer = object.getSignerInfos().getSigners().iterator().next();
        @SuppressWarnings("unchecked")
        var found = object.getCertificates().getMatches(signer.getSID());
        demand(found.size() == 1, "not one certificate of the signer");
        X509CertificateHolder ds = (X509CertificateHolder) found.iterator().next();
        demand(ds.getIssuer().equals(csca.getSubject()), "the signer names another CSCA");
        demand(ds.isSignatureValid(authority), "the signer's certificate is not the CSCA's");
        demand(list.getRevokedCertificate(ds.getSerialNumber()) == null, "the signer is revoked");
        // Explicit parameters: the algorithm's parameters are a SEQUENCE, not an object identifier.
        byte[] parameters =
                ds.getSubjectPublicKeyInfo().getAlgorithm().getParameters().toASN1Primitive().getEncoded();
        demand(parameters[0] == 0x30, "the signer's curve is named");
        demand(signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(ds)),
                "the signature does not verify");

        StringJoiner numbers = new StringJoiner(",");
        if (object.getSignedContentTypeOID().equals(ICAOObjectIdentifiers.id_icao_ldsSecurityObject.getId())) {
            byte[] content = (byte[]) object.getSignedContent().getContent();
            LDSSecurityObject lds = LDSSecurityObject.getInstance(ASN1Primitive.fromByteArray(content));
            MessageDigest digest =
                    MessageDigest.getInstance(lds.getDigestAlgorithmIdentifier().getAlgorithm().getId(), "BC");
            for (DataGroupHash entry : lds.getDatagroupHash()) {
                int number = entry.getDataGroupNumber();
                for (int i = 3; i < arguments.length; i++) {
                    String[] file = arguments[i].split("=", 2);
                    if (Integer.parseInt(file[0]) == number) {
                        byte[] expected = entry.getDataGroupHashValue().getOctets();
                        demand(Arrays.equals(expected, digest.digest(read(file[1]))),
                                "data group " + number + " is not the signed one");
                        numbers.add(file[0]);
                    }
                }
            }
        }
        System.out.println("GOOD " + numbers);
    }

    /** EF.SOD is the object inside tag 77; EF.CardSecurity is the object itself. */
    private static byte[] unwrapped(byte[] file) throws Exception {
        if (file[0] != 0x77) {
            return file;
        }
        try (ASN1InputStream in = new ASN1InputStream(new ByteArrayInputStream(file))) {
            return ASN1TaggedObject.getInstance(in.readObject()).getBaseObject().toASN1Primitive().getEncoded();
        }
    }

    private static byte[] read(String path) throws Exception {
        return Files.readAllBytes(Path.of(path));
    }

    private static void demand(boolean holds, String otherwise) {
        if (!holds) {
            System.out.println("BAD " + otherwise);
            System.exit(1);
        }
    }
}
