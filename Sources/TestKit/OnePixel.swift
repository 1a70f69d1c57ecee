package import Foundation

/// The smallest PNG there is: one white pixel, for presses whose pictures nobody looks at.
package let onePixel =
    Data(base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==") ?? Data()
