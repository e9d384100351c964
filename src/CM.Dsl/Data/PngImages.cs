namespace CM.Dsl;

/// <summary>
/// Pictures in a folder or a zip file, looked up in the data folder: PNG, JPEG, WebP, BMP and GIF files, all of the declared size, read
/// when they are needed. Labels come from <c>dataset.json</c> (the form of EDM's data sets), else from the folders in which the pictures
/// lie, numbered by name.
/// </summary>
/// <param name="Name">Name of the folder, or of the zip file without <c>.zip</c>.</param>
public abstract record PngImages(string Name) : IDataSource;
