/// The attacks on training images, in the order of their listing.
package let attacks: [any Attack.Type] = [PGD.self, FGSM.self]
