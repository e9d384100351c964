using System.CommandLine;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary><c>data prepare</c> and <c>data fetch</c>: brings data into a form that can be trained on.</summary>
internal static class DataCommand
{
    public static Command New(Session session) =>
        new("data", "Prepare pictures of your own, or fetch a published data set.") { NewPrepare(session), NewFetch(session) };

    private static Command NewPrepare(Session session)
    {
        var from = new Argument<string>("FOLDER")
        {
            Description = "A folder or a zip file with PNG, JPEG, WebP, BMP or GIF files of any size.",
        };
        var to = new Argument<string>("OUT.zip") { Description = "The new zip file." };
        var size = new Option<int>("--size") { Description = "Columns and rows of the new pictures.", HelpName = "N", Required = true };
        var filter = new Option<ResizeFilter>("--filter")
        {
            Description = "How pixels are weighed: lanczos (sharp) or area (mean). Default: lanczos.",
            HelpName = "FILTER",
        };
        var split = new Option<string?>("--split") { Description = "Folder of the split to take, such as train.", HelpName = "NAME" };
        var json = Options.Json();
        var command = new Command("prepare", "Cut the middle square out of every picture and bring it to one size.")
        {
            from, to, size, filter, split, json,
        };
        command.SetAction(parsed =>
        {
            var path = Arguments.NewFile(parsed.GetRequiredValue(to), "prepared pictures are written as .zip", ".zip");
            var side = Arguments.AtLeastOne(parsed.GetValue(size), "--size");
            var progress = new Progress(session, parsed.GetValue(json));
            var set = Preparation.Run(
                parsed.GetRequiredValue(from), path, side, parsed.GetValue(filter), parsed.GetValue(split),
                (done, all) => progress.Tell(path, done, all, "pictures"));
            if (parsed.GetValue(json))
            {
                session.Write(new JsonObject
                {
                    ["file"] = path,
                    ["pictures"] = set.Pictures.Count,
                    ["size"] = side,
                    ["bytes"] = new FileInfo(path).Length,
                    ["classes"] = set.ClassFolders is { } classes
                        ? new JsonArray([.. classes.Select(folder => JsonValue.Create(folder))])
                        : null,
                    ["left_out"] = set.LeftOut,
                });
                return;
            }
            session.Output.WriteLine($"{path}: {set.Pictures.Count:N0} pictures of {side}×{side}, {new FileInfo(path).Length:N0} bytes");
            if (set.Labels is not null)
                session.Output.WriteLine($"labels of {set.Labels}");
            else if (set.ClassFolders is { } folders)
                session.Output.WriteLine(PictureLabels.Describe(folders));
            if (set.LeftOut is not null)
                session.Output.WriteLine(set.LeftOut);
        });
        return command;
    }

    private static Command NewFetch(Session session)
    {
        var names = PublishedSet.All.Select(set => set.Name).ToList();
        var name = new Argument<string>("NAME") { Description = $"One of {string.Join(", ", names)}." };
        var data = new Option<string?>("--data") { Description = "Folder to fetch into. Default: data.", HelpName = "DIR" };
        var from = new Option<string?>("--from")
        {
            Description = "Address of a folder that holds the same files. Default: where they were published.",
            HelpName = "URL",
        };
        var json = Options.Json();
        var command = new Command("fetch", "Fetch a published data set and check it; what was begun is gone on with.")
        {
            name, data, from, json,
        };
        command.SetAction(parsed =>
        {
            var set = PublishedSet.All.FirstOrDefault(set => set.Name == parsed.GetRequiredValue(name))
                ?? throw Session.Unknown("data set", parsed.GetRequiredValue(name), names);
            var address = Address(parsed.GetValue(from), set);
            var progress = new Progress(session, parsed.GetValue(json));
            foreach (var file in set.Files)
            {
                var path = Path.Combine(parsed.GetValue(data) ?? "data", set.Folder, file.Name);
                var isNew = Download.Run(
                    new Uri(address, file.Name), path, file.Md5, (here, total) => progress.Tell(file.Name, here, total, "bytes"));
                if (parsed.GetValue(json))
                    session.Write(new JsonObject { ["file"] = path, ["bytes"] = new FileInfo(path).Length, ["fetched"] = isNew });
                else
                    session.Output.WriteLine($"{path}: {new FileInfo(path).Length:N0} bytes, "
                        + $"{(isNew ? "MD5 sum as published" : "was there already")}");
            }
        });
        return command;
    }

    private static Uri Address(string? given, PublishedSet set) =>
        Uri.TryCreate(given is null ? set.Address : given.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            ? address
            : throw new UserError($"--from {given}: an address such as http://mirror/mnist/ was expected.");

    /// <summary>A line for each tenth of something long.</summary>
    private sealed class Progress(Session session, bool silent)
    {
        private const long Short = 1000;
        private (string Name, long Tenth) told;

        public void Tell(string name, long done, long? all, string unit)
        {
            if (silent || all is not > Short || (name, 10 * done / all.Value) is var now && (now == told || now.Item2 is 0 or 10))
                return;
            told = now;
            session.Output.WriteLine($"{name}: {10 * told.Tenth} % of {all:N0} {unit}");
        }
    }
}
